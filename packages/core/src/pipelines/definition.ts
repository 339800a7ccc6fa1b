/**
 * Marks what a project's modules define. A global symbol, so that a definition is known even where a project and the program that reads it
 * hold two copies of this package.
 */
export const DEFINITION: unique symbol = Symbol.for('regia.definition') as never

export type DefinitionKind =
  | 'step'
  | 'pipeline'
  | 'endpoint'
  | 'monitor'
  | 'checks'
  | 'packaged-model'
  | 'schedule'
  | 'notifier'
  | 'catalog'
  | 'flow'
  | 'store-kind'
  | 'notifier-kind'
  | 'executor-kind'
  | 'step-type'
  | 'transform-kind'

/** Whether a value is a definition of this kind, made by any copy of this package. */
export function isDefinition<Kind extends DefinitionKind>(
  value: unknown,
  kind: Kind,
): value is { readonly [DEFINITION]: Kind } {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return DEFINITION in value && value[DEFINITION] === kind
}

/** Known to every copy of this package, as {@link DEFINITION} is. */
const environment: { [name: symbol]: unknown } = globalThis
const ENVIRONMENT = Symbol.for('regia.environment')

/** Says for which environment the definitions of this process are read; before their modules are loaded. The base where absent. */
export function setDefinitionEnvironment(name: string | undefined): void {
  environment[ENVIRONMENT] = name
}

/** The environment whose entries a catalog gives in this process; absent for the base. */
export function definitionEnvironment(): string | undefined {
  const name = environment[ENVIRONMENT]
  return typeof name === 'string' ? name : undefined
}
