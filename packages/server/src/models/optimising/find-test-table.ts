import { type Digest, type PackagedVersion, RegiaError } from '@regia/core'

/** How pipelines call the table that a model is tested on. */
const TEST_NAMES = ['test', 'heldOut', 'holdout', 'validation']

/** The table on which a version was tested when it was made. @throws RegiaError `NOT_FOUND`. */
export function findTestTable({ model, version, lineage }: PackagedVersion): {
  readonly digest: Digest
  readonly source: string
} {
  const artifacts = Object.entries(lineage.artifacts)
  for (const wanted of TEST_NAMES) {
    const found = artifacts.find(([name]) => name.toLowerCase() === wanted.toLowerCase())
    if (found) return { digest: found[1], source: `the table "${found[0]}" of version ${version}` }
  }
  throw new RegiaError('NOT_FOUND', `Nothing says on which rows "${model}" version ${version} was tested.`, {
    where: `${model}@${version}`,
    hint: 'Name rows that it was not trained on: a dataset or a file, such as --data held-out.csv.',
  })
}
