/** What the module that stands for a YAML file imports; see docs/yaml.md. */
export { type YamlEndpoint, yamlEndpoint } from './yaml-endpoint.ts'
export { type YamlFile, yamlPipeline } from './yaml-pipeline.ts'
export { yamlStep } from './yaml-step.ts'
