import {
  attr,
  createGraphBuilder,
  createRng,
  encodeModel,
  keepTrees,
  ML_DOMAIN,
  type OnnxModel,
  type Rng,
  roundCount,
  simplifyTrees,
  sizeOfEnsembles,
  treeEnsembles,
} from '@regia/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

const FEATURES = 4
const THRESHOLDS = [-1, -0.5, 0, 0.5, 1]

type Ensemble = {
  readonly kind: 'regressor' | 'classifier'
  readonly aggregate: 'SUM' | 'AVERAGE' | 'MIN' | 'MAX'
  readonly targets: number
  readonly postTransform: string
  readonly baseValues: boolean
  readonly treeCount: number
}

type Lists = { readonly [name: string]: number[] } & { readonly modes: string[] }

/** Trees with few different thresholds and leaves, so that many splits lead to the same on both sides. */
function randomEnsemble(rng: Rng, given: Ensemble): OnnxModel {
  const modes: string[] = []
  const n = { tree: [], id: [], feature: [], value: [], yes: [], no: [], missing: [] } as Record<string, number[]>
  const leaf = { tree: [], id: [], target: [], weight: [] } as Record<string, number[]>
  for (let tree = 0; tree < given.treeCount; tree++) {
    const isNil = rng.next() < 0.2
    let next = 0
    const grow = (depth: number): number => {
      const id = next++
      const at = modes.length
      const isLeaf = depth === 0 || rng.next() < 0.2
      modes.push(isLeaf ? 'LEAF' : rng.next() < 0.8 ? 'BRANCH_LEQ' : 'BRANCH_GT')
      n.tree!.push(tree)
      n.id!.push(id)
      n.feature!.push(rng.integer(FEATURES))
      n.value!.push(THRESHOLDS[rng.integer(THRESHOLDS.length)]!)
      n.yes!.push(0)
      n.no!.push(0)
      n.missing!.push(rng.integer(2))
      if (isLeaf) {
        for (let target = 0; target < given.targets; target++) {
          leaf.tree!.push(tree)
          leaf.id!.push(id)
          leaf.target!.push(target)
          leaf.weight!.push(isNil ? 0 : (rng.integer(4) - 1) / 4)
        }
      } else {
        n.yes![at] = grow(depth - 1)
        n.no![at] = grow(depth - 1)
      }
      return id
    }
    grow(4)
  }
  return ensembleModel(given, { ...n, modes } as Lists, leaf, rng)
}

function ensembleModel(given: Ensemble, n: Lists, leaf: Record<string, number[]>, rng: Rng): OnnxModel {
  const isClassifier = given.kind === 'classifier'
  const prefix = isClassifier ? 'class' : 'target'
  const graph = createGraphBuilder('trees')
  const x = graph.input('x', 'float', ['rows', FEATURES])
  const bases = Array.from({ length: given.targets }, () => rng.integer(5) / 4)
  graph.node(
    isClassifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor',
    [x],
    {
      nodes_treeids: attr.ints(n.tree!),
      nodes_nodeids: attr.ints(n.id!),
      nodes_featureids: attr.ints(n.feature!),
      nodes_values: attr.floats(n.value!),
      nodes_modes: attr.strings(n.modes),
      nodes_truenodeids: attr.ints(n.yes!),
      nodes_falsenodeids: attr.ints(n.no!),
      nodes_missing_value_tracks_true: attr.ints(n.missing!),
      nodes_hitrates: attr.floats(n.value!.map(() => 1)),
      [`${prefix}_treeids`]: attr.ints(leaf.tree!),
      [`${prefix}_nodeids`]: attr.ints(leaf.id!),
      [`${prefix}_ids`]: attr.ints(leaf.target!),
      [`${prefix}_weights`]: attr.floats(leaf.weight!),
      post_transform: attr.string(given.postTransform),
      ...(given.baseValues && { base_values: attr.floats(bases) }),
      ...(isClassifier
        ? { classlabels_int64s: attr.ints(Array.from({ length: Math.max(2, given.targets) }, (_, i) => i)) }
        : { n_targets: attr.int(given.targets), aggregate_function: attr.string(given.aggregate) }),
    },
    { domain: ML_DOMAIN, output: isClassifier ? 'label' : 'y' },
  )
  const model = graph.build()
  const [node] = model.graph.nodes
  const nodes = isClassifier ? [{ ...node!, outputs: ['label', 'y'] }] : model.graph.nodes
  const y = { name: 'y', type: { kind: 'tensor' as const, elementType: 'float' as const, shape: ['rows', null] } }
  return { ...model, graph: { ...model.graph, nodes, outputs: [y] } }
}

function randomRows(rng: Rng, count: number): Float32Array {
  return Float32Array.from({ length: count * FEATURES }, () =>
    rng.next() < 0.1 ? Number.NaN : THRESHOLDS[rng.integer(THRESHOLDS.length)]! + (rng.integer(3) - 1) / 8,
  )
}

async function ask(model: OnnxModel, rows: Float32Array): Promise<number[]> {
  const session = await InferenceSession.create(encodeModel(model), { intraOpNumThreads: 1, logSeverityLevel: 4 })
  const { y } = await session.run({ x: new Tensor('float32', rows, [rows.length / FEATURES, FEATURES]) }, ['y'])
  await session.release()
  return [...(y!.data as Float32Array)]
}

const KINDS: readonly Omit<Ensemble, 'treeCount'>[] = [
  { kind: 'regressor', aggregate: 'SUM', targets: 1, postTransform: 'NONE', baseValues: false },
  { kind: 'regressor', aggregate: 'SUM', targets: 1, postTransform: 'NONE', baseValues: true },
  { kind: 'regressor', aggregate: 'SUM', targets: 3, postTransform: 'SOFTMAX', baseValues: true },
  { kind: 'regressor', aggregate: 'AVERAGE', targets: 1, postTransform: 'NONE', baseValues: true },
  { kind: 'regressor', aggregate: 'AVERAGE', targets: 2, postTransform: 'NONE', baseValues: false },
  { kind: 'regressor', aggregate: 'MIN', targets: 1, postTransform: 'NONE', baseValues: false },
  { kind: 'regressor', aggregate: 'MAX', targets: 2, postTransform: 'NONE', baseValues: true },
  { kind: 'classifier', aggregate: 'SUM', targets: 1, postTransform: 'NONE', baseValues: false },
  { kind: 'classifier', aggregate: 'SUM', targets: 1, postTransform: 'LOGISTIC', baseValues: true },
  { kind: 'classifier', aggregate: 'SUM', targets: 2, postTransform: 'NONE', baseValues: false },
  { kind: 'classifier', aggregate: 'SUM', targets: 3, postTransform: 'SOFTMAX', baseValues: true },
]

describe.each(KINDS)('trees of a $kind: $aggregate of $targets, $postTransform, bases $baseValues', (kind) => {
  it('answer bit by bit alike, simplified or with all of them kept', async () => {
    for (let seed = 0; seed < 25; seed++) {
      const rng = createRng(`${JSON.stringify(kind)} ${seed}`)
      const model = randomEnsemble(rng, { ...kind, treeCount: 1 + rng.integer(8) })
      const rows = randomRows(rng, 60)
      const expected = await ask(model, rows)
      const simpler = simplifyTrees(model)
      expect(await ask(simpler, rows), `simplified, seed ${seed}`).toEqual(expected)
      const rounds = roundCount(model)
      const whole = rounds > 0 ? keepTrees(model, rounds, 'rescaled') : model
      expect(await ask(whole!, rows), `whole, seed ${seed}`).toEqual(expected)
      const [before, after] = [model, simpler].map(({ graph }) => sizeOfEnsembles(treeEnsembles(graph)))
      expect(after!.nodes).toBeLessThanOrEqual(before!.nodes)
      expect(simplifyTrees(simpler)).toEqual(simpler)
    }
  })

  it('are left out so that those that stay answer as by themselves', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const rng = createRng(`${JSON.stringify(kind)} ${seed}`)
      const [first, second] = [rng.fork('first'), rng.fork('second')]
      const few = randomEnsemble(first, { ...kind, treeCount: 3 })
      const more = joined(few, randomEnsemble(second, { ...kind, treeCount: 4 }))
      const rows = randomRows(rng, 40)
      if (roundCount(more) === 0) {
        expect(['MIN', 'MAX']).toContain(kind.aggregate)
        continue
      }
      const kept = keepTrees(more, 3, 'as-is')
      // Left undone where onnxruntime would read the rest otherwise: judged by its own answers of the few.
      if (kept) expect(await ask(kept, rows), `seed ${seed}`).toEqual(await ask(few, rows))
    }
  })
})

/** The trees of one behind those of the other. */
function joined(one: OnnxModel, other: OnnxModel): OnnxModel {
  const [a, b] = [one.graph.nodes[0]!, other.graph.nodes[0]!]
  const shift = 100
  const attributes = Object.entries(a.attributes).map(([name, attribute]) => {
    const more = b.attributes[name]
    if (!/^(nodes|target|class)_/.test(name)) return [name, attribute]
    if (attribute.type === 'strings' && more?.type === 'strings')
      return [name, attr.strings([...attribute.value, ...more.value])]
    if (attribute.type !== more?.type || (attribute.type !== 'ints' && attribute.type !== 'floats'))
      return [name, attribute]
    if (more.type !== 'ints' && more.type !== 'floats') return [name, attribute]
    const moved = name.endsWith('_treeids') ? more.value.map((tree) => tree + shift) : more.value
    return [name, { type: attribute.type, value: [...attribute.value, ...moved] }]
  })
  const node = { ...a, attributes: Object.fromEntries(attributes) }
  return { ...one, graph: { ...one.graph, nodes: [node] } }
}

describe('keepTrees', () => {
  it('makes what is left of a divided sum count for all', async () => {
    const rng = createRng('divided')
    const model = randomEnsemble(rng, { ...KINDS[0]!, treeCount: 8 })
    const rows = randomRows(rng, 30)
    const [asIs, rescaled] = [keepTrees(model, 2, 'as-is')!, keepTrees(model, 2, 'rescaled')!]
    const four = (await ask(asIs, rows)).map((value) => value * 4)
    for (const [i, value] of (await ask(rescaled, rows)).entries()) expect(value).toBeCloseTo(four[i]!, 5)
  })

  it('leaves alone what onnxruntime would read otherwise', () => {
    const rng = createRng('signs')
    const given = { ...KINDS[8]!, treeCount: 1 }
    const positive = mapWeights(randomEnsemble(rng, given), () => 0.5)
    const both = joined(
      positive,
      mapWeights(randomEnsemble(rng, given), () => -0.5),
    )
    // With only positive leaves a sum of two classes would be taken for a probability.
    expect(keepTrees(both, 1, 'as-is')).toBeUndefined()
    expect(keepTrees(both, 2, 'as-is')).toBeDefined()
  })
})

function mapWeights(model: OnnxModel, change: (value: number) => number): OnnxModel {
  const [node] = model.graph.nodes
  const list = node!.attributes.class_weights
  if (list?.type !== 'floats') throw new Error('unreachable: a classifier has weights')
  const attributes = { ...node!.attributes, class_weights: attr.floats(list.value.map(change)) }
  return { ...model, graph: { ...model.graph, nodes: [{ ...node!, attributes }] } }
}
