/**
 * The page that a link of MLflow's own pages means. Its clients print such links (`http://…/#/experiments/2/runs/ID`) under every run; `undefined` for
 * any other hash.
 *
 * @example ownPath('#/models/churn/versions/3') // '/models/churn/3'
 */
export function ownPath(hash: string): string | undefined {
  const path = hash.startsWith('#/') ? hash.slice(1).replace(/[?#].*$/, '') : ''
  const run = /^\/experiments\/(\w+)\/runs\/([\w-]+)/.exec(path)
  if (run) return `/experiments/${run[1]}/runs/${run[2]}`
  const experiment = /^\/experiments\/(\d+)/.exec(path)
  if (experiment) return `/experiments/${experiment[1]}`
  const version = /^\/models\/([^/]+)\/versions\/(\d+)/.exec(path)
  if (version) return `/models/${version[1]}/${version[2]}`
  const model = /^\/models\/([^/]+)$/.exec(path)
  if (model) return `/models/${model[1]}`
  return path === '/experiments' || path === '/models' ? path : undefined
}
