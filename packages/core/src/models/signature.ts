import { z } from 'zod'
import { columnTypeSchema } from '../data/index.ts'

/** An input column of a model, as a client sends it. */
export const signatureColumnSchema = z.object({
  name: z.string(),
  type: columnTypeSchema,
  nullable: z.boolean(),
  description: z.string().optional(),
})
export type SignatureColumn = z.infer<typeof signatureColumnSchema>

/** A tensor of a graph that was made elsewhere, and the columns whose values it holds, row by row. */
export const signatureTensorSchema = z.object({
  name: z.string(),
  /** As the Open Inference Protocol names it, such as FP32. */
  datatype: z.string(),
  columns: z.array(z.string()).min(1),
  /** Whether it is of two dimensions, rows and columns; else of rows alone. */
  isMatrix: z.boolean(),
})
export type SignatureTensor = z.infer<typeof signatureTensorSchema>

export const MODEL_TASKS = ['binary', 'multiclass', 'regression'] as const

/** What a model takes and gives. For a classifier `classes` names the columns of its `probabilities`, and `positive` the class that scores speak of. */
export const signatureSchema = z.object({
  inputs: z.array(signatureColumnSchema).min(1),
  task: z.enum(MODEL_TASKS),
  target: z.string(),
  classes: z.array(z.string()).optional(),
  positive: z.string().optional(),
  /** The inputs as the graph itself had them before it was imported, for clients that knew it elsewhere. */
  tensors: z.array(signatureTensorSchema).min(1).optional(),
  /** What the graph itself called its outputs. */
  outputs: z
    .object({
      label: z.string().optional(),
      probabilities: z.string().optional(),
      value: z.string().optional(),
      /** Where the graph's labels are whole numbers and so are the classes. */
      labelDatatype: z.literal('INT64').optional(),
      /** Columns of the output that answers: 0 for one of rows alone, 1 for a value or the probability of the second class. */
      columns: z.number().int().min(0),
    })
    .optional(),
})
export type Signature = z.infer<typeof signatureSchema>
