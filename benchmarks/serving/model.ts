import { readFileSync } from 'node:fs'
import path from 'node:path'
import { runCommand } from '../timed-command.ts'

/** The model that every contender serves: gradient boosting of 100 trees over 20 numbers, exported by scikit-learn. */
export type BenchModel = {
  readonly folder: string
  readonly onnx: string
  /** What comes after it: another version. */
  readonly next: string
  readonly mlflowModel: string
  readonly rows: readonly (readonly number[])[]
  /** Probabilities of both classes for each row. */
  readonly expected: readonly (readonly number[])[]
}

/** Trains and exports it with the Python of the MLflow peer. */
export async function makeModel(python: string, folder: string): Promise<BenchModel> {
  await runCommand([python, path.join(import.meta.dirname, 'peers/make_model.py'), folder])
  const json = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as number[][]
  return {
    folder,
    onnx: path.join(folder, 'model.onnx'),
    next: path.join(folder, 'next.onnx'),
    mlflowModel: path.join(folder, 'mlflow-model'),
    rows: json('rows.json'),
    expected: json('expected.json'),
  }
}
