import type { ArchiveRecord } from '@regia/core'

type Notice = { readonly name: string; readonly licence: string; readonly copyright: string; readonly source: string }

/** What runs a package: nothing of it is in the archive, but it is in what is built from one. */
const RUNTIMES: readonly Notice[] = [
  {
    name: 'ONNX Runtime',
    licence: 'MIT',
    copyright: 'Copyright (c) Microsoft Corporation',
    source: 'https://github.com/microsoft/onnxruntime',
  },
  {
    name: 'Node.js',
    licence: 'MIT, with parts under other licences that its own LICENSE file lists',
    copyright: 'Copyright Node.js contributors',
    source: 'https://github.com/nodejs/node',
  },
  {
    name: 'Regia',
    licence: 'Apache-2.0',
    copyright: 'Copyright The Regia authors',
    source: 'https://www.apache.org/licenses/LICENSE-2.0',
  },
  {
    name: 'fflate',
    licence: 'MIT',
    copyright: 'Copyright (c) Arjun Barrett',
    source: 'https://github.com/101arrowz/fflate',
  },
  {
    name: 'Zod',
    licence: 'MIT',
    copyright: 'Copyright (c) Colin McDonnell',
    source: 'https://github.com/colinhacks/zod',
  },
  {
    name: 'protobuf.js',
    licence: 'BSD-3-Clause',
    copyright: 'Copyright (c) Daniel Wirtz',
    source: 'https://github.com/protobufjs/protobuf.js',
  },
]

/** The file `LICENSES`: of the model, of its data, and of what runs it. What nobody wrote down is said to be unknown. */
export function licencesOf({ card, lineage }: ArchiveRecord): string {
  const datasets = lineage.datasets.map(({ name, version }) => `  ${name} version ${version}`)
  return [
    heading('The model'),
    card.licence ?? 'No licence is recorded. Ask its owner before you use or pass it on.',
    heading('The data that it was trained on'),
    card.dataLicence ?? 'No licence is recorded.',
    ...(datasets.length > 0 ? ['Datasets:', ...datasets] : []),
    heading('What runs it (not in this archive)'),
    ...RUNTIMES.map(({ name, licence, copyright, source }) => `${name}\n  ${licence}\n  ${copyright}\n  ${source}`),
    '',
  ].join('\n')
}

const heading = (title: string): string => `\n${title}\n${'-'.repeat(title.length)}`
