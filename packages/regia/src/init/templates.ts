import { join } from 'node:path'

/** Files of `templates/`, beside the code, that `regia init` writes. */
const TEMPLATES_DIR = join(import.meta.dirname, '..', '..', 'templates')

/** What a project can begin with, by name. */
export const PROJECT_TEMPLATES = {
  tabular: 'a table, a native learner, checks, an endpoint and tests of each size, in TypeScript',
  catalog: 'a typed catalog with environments, and nodes in any order',
  python: 'a Python step trains scikit-learn; the model is registered and served as ONNX',
  yaml: 'a pipeline without TypeScript: data, learner and checks by name',
} as const
export type ProjectTemplate = keyof typeof PROJECT_TEMPLATES

/** Where each build service looks for its workflow. */
export const CI_FILES = {
  github: '.github/workflows/model.yml',
  gitlab: '.gitlab-ci.yml',
  circleci: '.circleci/config.yml',
  jenkins: 'Jenkinsfile',
} as const
export type CiService = keyof typeof CI_FILES

const CI_SOURCES: { readonly [Service in CiService]: string } = {
  github: 'github.yml',
  gitlab: 'gitlab.yml',
  circleci: 'circleci.yml',
  jenkins: 'Jenkinsfile',
}

/** The table that every template learns from. */
export const sampleDataPath = (): string => join(TEMPLATES_DIR, 'data', 'customers.csv')

export const projectTemplateDir = (template: ProjectTemplate): string => join(TEMPLATES_DIR, 'projects', template)
export const ciTemplatePath = (service: CiService): string => join(TEMPLATES_DIR, 'ci', CI_SOURCES[service])
export const devContainerPath = (): string => join(TEMPLATES_DIR, 'devcontainer', 'devcontainer.json')
