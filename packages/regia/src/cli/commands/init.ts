import { command } from '../command.ts'

export const init = command({
  name: 'init',
  summary: 'begin a project, or add a workflow for a build service to one',
  details: [
    'Templates: tabular (TypeScript, the default), catalog (environments, nodes in any order), python (scikit-learn through ONNX), yaml (no TypeScript).',
    'A workflow tests the code on each push, trains and checks the model, and tells the pull request what the checks found.',
  ].join('\n'),
  args: { dir: { description: 'the folder, this one where absent', optional: true } },
  options: {
    template: { type: 'text', value: 'NAME', description: 'tabular, catalog, python or yaml' },
    ci: {
      type: 'list',
      value: 'SERVICE',
      description: 'github, gitlab, circleci or jenkins; may be given several times',
    },
    devContainer: { type: 'flag', description: 'a development container for the project' },
    pipeline: { type: 'text', value: 'NAME', description: 'the pipeline that the workflow runs' },
    param: { type: 'list', value: 'NAME=VALUE', description: 'a parameter that the workflow runs it with' },
    force: { type: 'flag', description: 'overwrite files that are there' },
  },
  examples: [
    'regia init churn',
    'regia init churn --template python --ci github',
    'regia init --ci gitlab --pipeline delays',
  ],
  load: async () => (await import('../actions/init.ts')).init,
})
