/**
 * The page of an address as clients of MLflow print it after each run: there a page stands behind `#`.
 *
 * @example addressOfHash('#/experiments/1/runs/abc') // '/experiments/1/runs/abc'
 */
export function addressOfHash(hash: string): string | undefined {
  const path = /^#(\/(?:experiments|models)(?:\/.*)?)$/.exec(hash)?.[1]
  return path?.replace(/^(\/models\/[^/]+)\/versions\//, '$1/')
}

// Before the router looks where it is.
const address = addressOfHash(globalThis.location?.hash ?? '')
if (address !== undefined) globalThis.history.replaceState(null, '', address)
