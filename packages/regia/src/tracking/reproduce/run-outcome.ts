import type { TrackedRun } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { OWN_FOLDER } from '../provenance/kept-files.ts'
import { walkFiles } from '../walk-files.ts'
import type { RunOutcome } from './comparison.ts'

type Node = { readonly run: TrackedRun; readonly children: readonly Node[] }
type Outcomes = { readonly before: RunOutcome; readonly now: RunOutcome }

/** Runs inside of runs inside of runs: deeper ones are not looked at. */
const DEPTH = 3
const MOST_CHILDREN = 1_000

/** The outcomes of a run and of the one that was made again, the runs inside of them among it: `child/metric`. */
export async function outcomesOf(client: RegiaClient, before: TrackedRun, now: TrackedRun): Promise<Outcomes> {
  const [then, again] = await Promise.all([readTree(client, before, DEPTH), readTree(client, now, DEPTH)])
  const names = new Map<string, string>()
  pairChildren(then, again, '', names)
  return { before: await outcomeOf(client, then, names), now: await outcomeOf(client, again, names) }
}

async function readTree(client: RegiaClient, run: TrackedRun, depth: number): Promise<Node> {
  if (depth === 0) return { run, children: [] }
  const { items } = await client.tracking.search({
    parent: run.id,
    orderBy: ['attributes.start_time ASC'],
    limit: MOST_CHILDREN,
  })
  const children: Node[] = []
  for (const child of items) children.push(await readTree(client, child, depth - 1))
  return { run, children }
}

/**
 * Gives children that belong together one name: first those of equal names, since runs that go on at once begin in any order, then the rest
 * in the order in which they began, since nobody may have named them.
 *
 * @param names - Gets the names, by the ids of runs.
 */
function pairChildren(then: Node, again: Node, prefix: string, names: Map<string, string>): void {
  const left = [...again.children]
  const take = (found: number): Node | undefined => (found < 0 ? undefined : left.splice(found, 1)[0])
  const byName = then.children.map(
    (child) => [child, take(left.findIndex(({ run }) => run.name === child.run.name))] as const,
  )
  const pairs = byName.map(([child, found]) => [child, found ?? left.shift()] as const)
  const taken = new Set<string>()
  for (const [child, found] of pairs) {
    const name = unused(`${prefix}${child.run.name}`, taken)
    names.set(child.run.id, name)
    if (!found) continue
    names.set(found.run.id, name)
    pairChildren(child, found, `${name}/`, names)
  }
  for (const { run } of left) names.set(run.id, unused(`${prefix}${run.name}`, taken))
}

function unused(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name} ${number}`
  taken.add(free)
  return free
}

async function outcomeOf(client: RegiaClient, top: Node, names: ReadonlyMap<string, string>): Promise<RunOutcome> {
  const { status, ...own } = await ownOutcome(client, top.run)
  const [params, metrics, artifacts] = [{ ...own.params }, { ...own.metrics }, { ...own.artifacts }]
  const children: Record<string, string> = {}
  for (const { run } of below(top)) {
    // A name tells the whole way from the top.
    const name = names.get(run.id) ?? run.name
    const inner = await ownOutcome(client, run)
    children[name] = inner.status
    Object.assign(params, prefixed(name, inner.params))
    Object.assign(metrics, prefixed(name, inner.metrics))
    Object.assign(artifacts, prefixed(name, inner.artifacts))
  }
  return { status, params, metrics, artifacts, children }
}

const below = ({ children }: Node): readonly Node[] => children.flatMap((child) => [child, ...below(child)])

const prefixed = <Value>(name: string, values: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}/${key}`, value]))

async function ownOutcome(client: RegiaClient, run: TrackedRun): Promise<RunOutcome> {
  const artifacts: Record<string, string> = {}
  for await (const { path, digest, sizeBytes } of walkFiles(client, run.id)) {
    if (!path.startsWith(`${OWN_FOLDER}/`)) artifacts[path] = digest ?? `${sizeBytes} bytes`
  }
  const metrics = run.metrics.filter(({ key }) => !key.startsWith('system/'))
  return {
    status: run.status,
    params: run.params,
    metrics: Object.fromEntries(metrics.map(({ key, value }) => [key, value])),
    artifacts,
  }
}
