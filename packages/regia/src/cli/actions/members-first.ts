import { type EndpointSpec, isComposed, membersOf } from '@regia/core'

/**
 * Endpoints in an order in which each can be applied: those that a composition asks stand before it, otherwise the order stays. Of a circle
 * nobody is first; the server refuses it with its names.
 */
export function membersFirst(specs: readonly EndpointSpec[]): readonly EndpointSpec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  const ordered = new Set<EndpointSpec>()
  const begun = new Set<EndpointSpec>()
  const place = (spec: EndpointSpec): void => {
    if (begun.has(spec)) return
    begun.add(spec)
    for (const name of isComposed(spec) ? membersOf(spec.compose) : []) {
      const member = byName.get(name)
      if (member) place(member)
    }
    ordered.add(spec)
  }
  for (const spec of specs) place(spec)
  return [...ordered]
}
