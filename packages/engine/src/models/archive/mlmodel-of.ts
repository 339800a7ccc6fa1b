import { inputElementType, MODEL_OUTPUTS, type Signature, type SignatureColumn } from '@regia/core'
import { stringify } from 'yaml'

/** What NumPy calls the element types of our inputs. */
const NUMPY_TYPES = { float: 'float32', int64: 'int64', bool: 'bool', string: 'str' } as const

/**
 * The file `MLmodel` with which MLflow loads the unzipped archive: `mlflow.onnx.load_model` and `mlflow.pyfunc.load_model`.
 *
 * Every column is a tensor of n rows and one column, as the graph takes it. Times, ids and versions of libraries, which MLflow also writes, are left out: they
 * would differ between two machines.
 *
 * @see https://mlflow.org/docs/latest/ml/model/
 */
export function mlmodelOf(signature: Signature): string {
  const data = 'model.onnx'
  return stringify(
    {
      flavors: {
        onnx: { data, code: null, providers: ['CPUExecutionProvider'] },
        python_function: { data, loader_module: 'mlflow.onnx' },
      },
      signature: {
        inputs: JSON.stringify(signature.inputs.map(inputSpec)),
        outputs: JSON.stringify(outputSpecs(signature)),
        params: null,
      },
    },
    { lineWidth: 0 },
  )
}

const inputSpec = (column: SignatureColumn) => tensorSpec(column.name, NUMPY_TYPES[inputElementType(column)], [-1, 1])

const outputSpecs = ({ task, classes = [] }: Signature) =>
  task === 'regression'
    ? [tensorSpec(MODEL_OUTPUTS.prediction, 'float32', [-1, 1])]
    : [
        tensorSpec(MODEL_OUTPUTS.label, 'str', [-1]),
        tensorSpec(MODEL_OUTPUTS.probabilities, 'float32', [-1, classes.length]),
      ]

const tensorSpec = (name: string, dtype: string, shape: readonly number[]) => ({
  type: 'tensor',
  name,
  'tensor-spec': { dtype, shape },
})
