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

/** Whether a value is a definition of this kind, made by any copy of this package. */
export function isDefinition<Kind extends DefinitionKind>(
  value: unknown,
  kind: Kind,
): value is { readonly [DEFINITION]: Kind } {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return DEFINITION in value && value[DEFINITION] === kind
}
