import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cell, ImportSignature, Row } from '@regia/core'
import { importSignatureSchema } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openModel } from '../../open-model.ts'
import { type OnnxFile, packageOnnxFile } from './package-onnx-file.ts'

/** Files that other tools would write, and what onnxruntime in Python says of some rows. */
const FILES = fileURLToPath(new URL('../../../../../../tests/reference/onnx-files/', import.meta.url))
type Expected = { readonly inputs: Record<string, (Cell | Cell[])[]>; readonly answers: number[][] }
const expected: Record<string, Expected> = JSON.parse(readFileSync(join(FILES, 'expected.json'), 'utf8'))

const fileOf = (name: string, weights?: string): OnnxFile['files'] => ({
  'model.onnx': join(FILES, `${name}.onnx`),
  ...(weights && { [weights]: join(FILES, weights) }),
})

/** One tensor as columns f0, f1, …; several as columns of their names. */
function rowsOf({ inputs }: Expected, names?: readonly string[]): Row[] {
  const tensors = Object.entries(inputs)
  const rowOf = (i: number): Row =>
    Object.fromEntries(
      tensors.flatMap(([name, values]) => {
        const cells = [values[i]!].flat()
        return cells.map((cell, k): [string, Cell] => [tensors.length === 1 ? (names?.[k] ?? `f${k}`) : name, cell])
      }),
    )
  return tensors[0]![1].map((_, i) => rowOf(i))
}

const said = (fields: Record<string, unknown>): ImportSignature => importSignatureSchema.parse(fields)

async function open(file: OnnxFile) {
  const model = await openModel(await packageOnnxFile(file))
  onTestFinished(() => model.close())
  return model
}

const refusal = (file: OnnxFile): Promise<unknown> =>
  packageOnnxFile(file).then(
    () => 'nothing thrown',
    (error: unknown) => error,
  )

describe('packageOnnxFile', () => {
  it.each<[string, string | undefined, number]>([
    ['float16', undefined, 2e-3],
    ['double', undefined, 1e-6],
    ['int64', undefined, 1e-6],
    ['one-row', undefined, 1e-6],
    ['one-row-only', undefined, 1e-6],
    ['function', undefined, 1e-6],
    ['beside', 'beside.onnx.data', 1e-6],
    ['below', 'weights/w.bin', 1e-6],
  ])('says what onnxruntime says: %s', async (name, weights, tolerance) => {
    const model = await open({ files: fileOf(name, weights), signature: said({ classes: ['no', 'yes'] }) })
    const { answers } = expected[name]!
    const { probabilities } = await model.predictRows(rowsOf(expected[name]!))
    for (const [i, answer] of answers.flat().entries()) {
      expect(Math.abs(probabilities![i]! - answer), `${name} ${i}`).toBeLessThan(tolerance)
    }
    expect(model.signature).toMatchObject({ task: 'binary', classes: ['no', 'yes'], positive: 'yes' })
    expect(model.signature.inputs).toHaveLength(3)
    expect(model.signature.inputs[0]).toMatchObject({ name: 'f0', type: name === 'int64' ? 'int' : 'float' })
    expect(model.manifest.example).toMatchObject({ isMadeUp: true, rows: expect.any(Array) })
    expect(model.manifest.example.rows).toHaveLength(5)
  })

  it('takes one tensor for each column, text among them, and finds types and classes by itself', async () => {
    const rows = rowsOf(expected.columns!)
    const model = await open({
      files: fileOf('columns'),
      signature: said({ target: 'sex', classes: ['f', 'm'] }),
      example: rows,
    })
    expect(model.signature).toMatchObject({
      target: 'sex',
      inputs: [
        { name: 'island', type: 'string' },
        { name: 'count', type: 'int' },
        { name: 'mass', type: 'float' },
      ],
    })
    const { probabilities } = await model.predictRows(rows)
    for (const [i, answer] of expected.columns!.answers.flat().entries())
      expect(probabilities![i]).toBeCloseTo(answer, 6)
    expect(model.manifest.example.isMadeUp).toBeUndefined()
    expect(model.manifest.notes).toBeUndefined()
    // Without anybody's word it says 0 and 1, and makes up rows of the categories in the graph.
    const bare = await open({ files: fileOf('columns') })
    expect(bare.signature.classes).toEqual(['0', '1'])
    expect(bare.manifest.notes).toEqual([expect.stringContaining('Nothing names its classes')])
    expect(bare.manifest.example.rows.map(({ island }) => island)).toContain('Dream')
  })

  it('remembers tensors and outputs as the graph had them', async () => {
    const folder = join(FILES, '../graph-tensors')
    const signatureOf = async (name: string) =>
      (await open({ files: { 'model.onnx': join(folder, `${name}.onnx`) } })).signature
    const tensors = [
      { name: 'X', datatype: 'FP32', columns: Array.from({ length: 20 }, (_, i) => `f${i}`), isMatrix: true },
    ]
    const label = { labelDatatype: 'INT64', columns: 2 }
    expect(await signatureOf('classifier')).toMatchObject({
      tensors,
      outputs: { label: 'label', probabilities: 'probabilities', ...label },
    })
    expect(await signatureOf('zipped')).toMatchObject({
      tensors,
      outputs: { label: 'output_label', probabilities: 'output_probability', ...label },
    })
    expect(await signatureOf('regressor')).toMatchObject({ tensors, outputs: { value: 'variable', columns: 1 } })
  })

  it('names columns by the option, by the example, or by the signature of a package', async () => {
    const names = ['bill', 'flipper', 'mass']
    const option = await open({ files: fileOf('double'), signature: said({ columns: names, classes: ['a', 'b'] }) })
    expect(option.signature.inputs.map(({ name }) => name)).toEqual(names)
    const rows = rowsOf(expected.double!, names).map((row) => ({ ...row, answer: 'a' }))
    const example = await open({ files: fileOf('open-width'), signature: said({ classes: ['a', 'b'] }), example: rows })
    expect(example.signature.inputs).toEqual([
      { name: 'bill', type: 'float', nullable: false },
      { name: 'flipper', type: 'float', nullable: false },
      { name: 'mass', type: 'float', nullable: false },
    ])
    const again = await open({ files: fileOf('double'), signature: said(example.signature) })
    // Tensors are those of this graph, whatever the signature of another says.
    const [tensor] = example.signature.tensors ?? []
    expect(again.signature).toEqual({
      ...{ ...example.signature, target: 'answer' },
      tensors: [{ ...tensor, datatype: 'FP64' }],
    })
  })

  it('leaves out what is no tensor, and takes the output that is named', async () => {
    const sequence = await open({ files: fileOf('sequence'), signature: said({ classes: ['no', 'yes'] }) })
    expect(sequence.manifest.notes).toEqual([expect.stringContaining('"parts"')])
    const named = await open({ files: fileOf('two-answers'), signature: said({ output: 'b' }) })
    const { scores } = await named.predictRows(rowsOf(expected['two-answers']!))
    for (const [i, [answer]] of expected['two-answers']!.answers.entries()) expect(scores[i]).toBeCloseTo(answer!, 5)
  })

  const classes = said({ classes: ['no', 'yes'] })
  it.each<[string, ImportSignature | undefined, RegExp, RegExp]>([
    ['mixed-rows', classes, /otherwise when they come together/, /do not touch each other/],
    ['sequence-only', classes, /no probabilities and no number: parts \(no tensor\)/, /zipmap/],
    ['two-answers', undefined, /several outputs of numbers, "a", "b"/, /--output/],
    ['two-answers', said({ output: 'c' }), /no numbers named "c", but a, b/, /--output/],
    ['double', said({ task: 'regression' }), /"probabilities" is 2 numbers a row/, /--classes/],
    ['double', said({ classes: ['a', 'b', 'c'] }), /2 probabilities a row for the 3 classes/, /names of its classes/],
    [
      'double',
      said({ columns: ['a'], classes: ['a', 'b'] }),
      /takes x \[-1, 3\]; the signature has 1 columns/,
      /order/,
    ],
    ['open-width', classes, /nothing says how many columns its input "x" has/, /--columns/],
    [
      'double',
      said({ columns: [{ name: 'a', nullable: true }, 'b', 'c'], classes: ['a', 'b'] }),
      /"a" may be null, but then the graph answers no number/,
      /imputer/,
    ],
    ['pictures', classes, /its input "x" has 4 dimensions/, /rows with columns/],
    ['new-format', classes, /version 99 of the ONNX format; this ONNX Runtime reads up to \d+/, /ir_version = \d+/],
    ['new-operators', classes, /operator set 99 of ai\.onnx; this ONNX Runtime has up to \d+/, /target_opset=\d+/],
    ['unknown-operators', classes, /does not have Wobble \(ai\.onnx 17\), Shake \(my\.ops 1\)/, /operators of ONNX/],
    ['beside', classes, /no file "beside\.onnx\.data"/, /all the files/],
    ['outside', classes, /no file "\.\.\/\.\.\/secret\.bin"/, /all the files/],
    ['rooted', classes, /no file/, /all the files/],
  ])('says what is wrong and the way out: %s', async (name, signature, message, hint) => {
    expect(await refusal({ files: fileOf(name), signature })).toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  it('takes only the weights that are beside the graph, whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regia-weights-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'short'), 'short')
    const files = { ...fileOf('beside'), 'beside.onnx.data': join(folder, 'short') }
    expect(await refusal({ files, signature: classes })).toMatchObject({ message: expect.stringContaining('shorter') })
  })

  it('never opens a pickle, whatever it is called', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regia-pickle-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'model'), Uint8Array.of(0x80, 5, 0x95, 1, 0, 0, 0, 0))
    expect(await refusal({ files: { 'model.onnx': join(folder, 'model') } })).toMatchObject({
      message: expect.stringContaining('is a pickle'),
      hint: expect.stringContaining('to_onnx(model'),
    })
  })

  it('survives every file of the folder without a signature', async () => {
    for (const name of readdirSync(FILES).filter((file) => file.endsWith('.onnx'))) {
      const found = await refusal({ files: { [name]: join(FILES, name) } })
      if (found !== 'nothing thrown')
        expect(found, name).toMatchObject({ code: 'MODEL_INVALID', hint: expect.any(String) })
    }
  })
})
