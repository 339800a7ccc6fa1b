import { RegiaError } from '@regia/core'
import type { Mlmodel } from './mlmodel.ts'

/** How a model of another library becomes ONNX. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  sklearn: "skl2onnx.to_onnx(model, X[:1], options={'zipmap': False})",
  xgboost: 'onnxmltools.convert_xgboost(model, initial_types=…)',
  lightgbm: 'onnxmltools.convert_lightgbm(model, initial_types=…, zipmap=False)',
  catboost: "model.save_model('model.onnx', format='onnx')",
  pytorch: 'torch.onnx.export(model, …)',
  tensorflow: 'tf2onnx.convert.from_keras(model)',
  keras: 'tf2onnx.convert.from_keras(model)',
  spark: 'onnxmltools.convert_sparkml(model, …)',
}

/**
 * Where the ONNX file of a logged model lies in its folder.
 *
 * @throws RegiaError `MODEL_INVALID` for a model of another kind: it could be loaded only by running code that its author chose. The hint says
 *   how it becomes ONNX.
 */
export function onnxPathOf({ flavors }: Mlmodel): string {
  const data = flavors.onnx?.data
  if (typeof data === 'string' && data !== '') return data
  const names = Object.keys(flavors).filter((name) => name !== 'python_function')
  const format = formatOf(flavors)
  const what = `it is a model of ${names.join(' and ') || 'plain Python'}${format ? `, kept as ${format}` : ''}; Regia serves ONNX and runs no code of a model's file.`
  const way = names.flatMap((name) => WAYS_OUT[name] ?? []).at(0)
  throw new RegiaError('MODEL_INVALID', what, {
    hint: way
      ? `Convert it with ${way} and log it with mlflow.onnx.log_model.`
      : 'Convert it to ONNX and log it with mlflow.onnx.log_model.',
  })
}

function formatOf(flavors: Mlmodel['flavors']): string | undefined {
  const formats = Object.values(flavors).map(({ serialization_format: format }) => format)
  const named = formats.find((format) => typeof format === 'string')
  if (typeof named === 'string') return named
  const paths = Object.values(flavors).flatMap((settings) => Object.values(settings))
  return paths.some((path) => typeof path === 'string' && /\.(pkl|pickle|joblib)$/.test(path)) ? 'a pickle' : undefined
}
