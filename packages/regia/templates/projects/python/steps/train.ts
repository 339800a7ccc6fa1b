import { command, model, table, z } from 'regia'

/** A program that makes a model: scikit-learn trains it, skl2onnx writes it down. */
export const train = command({
  name: 'train',
  in: { train: table(), trees: z.number().int().min(1).max(1000) },
  out: { model: model() },
  cmd: ['python3', 'programs/train.py', '{in.train}', '{in.trees}', '{seed}', '{out.model}', '{out.model:signature}'],
  files: ['programs/train.py'],
  resources: { memoryMb: 2000 },
})
