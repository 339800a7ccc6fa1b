import { boolColumn, floatColumn, gradientBoosting, makeTable, passthrough, tabularModel } from '@regia/core'
import { writeModelPackage } from '@regia/engine'

/** A real model package over one column; different tree counts give different packages. */
export async function tinyPackage(trees: number): Promise<Uint8Array<ArrayBuffer>> {
  const x = Array.from({ length: 200 }, (_, i) => i / 200)
  const train = makeTable({ x: floatColumn(x), late: boolColumn(x.map((value) => value > 0.5)) })
  const model = tabularModel({ transforms: [passthrough(['x'])], learner: gradientBoosting({ trees, leaves: 3 }) })
  const { bytes } = await writeModelPackage({ fitted: model.fit(train, { target: 'late' }), train })
  return new Uint8Array(bytes)
}
