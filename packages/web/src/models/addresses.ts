import { quoted } from '../kernel/command-text.ts'

/** `penguins@2` as a command takes it, whatever the name holds. */
export const modelRef = (name: string, version?: number | string): string =>
  quoted(version === undefined ? name : `${name}@${version}`)

/** The address of a model, or of what is below it. */
export const modelPath = (name: string, ...below: readonly (string | number)[]): string =>
  ['/api/v1/models', encodeURIComponent(name), ...below.map((part) => encodeURIComponent(part))].join('/')
