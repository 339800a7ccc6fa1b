import { RegiaError } from '@regia/core'
import type { App } from './app.ts'
import { nearNames } from './near-names.ts'

export type KnownRoute = { readonly method: string; readonly path: string }

/** Remembers every route as it is registered, for the description of an unknown one. */
export function collectRoutes(app: App): readonly KnownRoute[] {
  const routes: KnownRoute[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) if (name !== 'HEAD') routes.push({ method: name, path: url })
  })
  return routes
}

export function unknownRoute(method: string, url: string, routes: readonly KnownRoute[]): RegiaError {
  const path = url.split('?')[0]!.slice(0, 200)
  const otherMethods = routes.filter((route) => matches(route.path, path)).map((route) => route.method)
  const near = nearest(path, routes)
  const hint =
    otherMethods.length > 0
      ? `It answers to ${otherMethods.join(', ')}.`
      : near.length > 0
        ? `Did you mean ${near[0]}?`
        : 'The interactive description of the API is at /api/docs.'
  return new RegiaError('NOT_FOUND', `There is no ${method} ${path}.`, { hint })
}

/** Only the nearest: addresses share most of their letters, so that more of them would always be near. */
const nearest = (path: string, routes: readonly KnownRoute[]): readonly string[] =>
  nearNames(path, new Set(routes.map((route) => fill(route.path, path)))).slice(0, 1)

const matches = (pattern: string, path: string): boolean => {
  const segments = path.split('/')
  const parts = pattern.split('/')
  return parts.length === segments.length && parts.every((part, i) => part.startsWith(':') || part === segments[i])
}

/** The route with the request's own values for its parameters, so that only the fixed words count as different. */
const fill = (pattern: string, path: string): string => {
  const segments = path.split('/')
  return pattern
    .split('/')
    .map((part, i) => (part.startsWith(':') ? (segments[i] ?? part) : part))
    .join('/')
}
