import { RegiaError } from '../kernel/index.ts'

type Kind = { readonly what: string; readonly lines: string }

const SKLEARN: Kind = {
  what: 'a pickle (Python objects, which run code when they are loaded)',
  lines: `import joblib; from skl2onnx import to_onnx
model = joblib.load("MODEL")                       # or pickle.load(open("MODEL", "rb"))
onnx = to_onnx(model, X[:1], options={"zipmap": False})   # X: some rows that it was trained on
open("model.onnx", "wb").write(onnx.SerializeToString())`,
}
const TORCH: Kind = {
  what: 'a file of PyTorch (a pickle inside a zip)',
  lines: `import torch
model = MyModel(); model.load_state_dict(torch.load("MODEL", weights_only=True)); model.eval()
torch.onnx.export(model, (x,), "model.onnx", input_names=["x"], output_names=["probabilities"],
                  dynamic_shapes=({0: "rows"},))   # x: a batch of rows; end the model with softmax or sigmoid`,
}
const KERAS: Kind = {
  what: 'a model of Keras or TensorFlow',
  lines: `import keras
model = keras.models.load_model("MODEL")
model.export("model.onnx", format="onnx")            # needs tf2onnx`,
}
const XGBOOST: Kind = {
  what: 'a model of XGBoost',
  lines: `import xgboost, onnxmltools; from onnxmltools.convert.common.data_types import FloatTensorType
model = xgboost.XGBClassifier(); model.load_model("MODEL")
onnx = onnxmltools.convert_xgboost(model, initial_types=[("x", FloatTensorType([None, model.n_features_in_]))])
open("model.onnx", "wb").write(onnx.SerializeToString())`,
}
const LIGHTGBM: Kind = {
  what: 'a model of LightGBM',
  lines: `import lightgbm, onnxmltools; from onnxmltools.convert.common.data_types import FloatTensorType
model = lightgbm.Booster(model_file="MODEL")
onnx = onnxmltools.convert_lightgbm(model, initial_types=[("x", FloatTensorType([None, model.num_feature()]))], zipmap=False)
open("model.onnx", "wb").write(onnx.SerializeToString())`,
}
const CATBOOST: Kind = {
  what: 'a model of CatBoost',
  lines: `import catboost
model = catboost.CatBoostClassifier(); model.load_model("MODEL")
model.save_model("model.onnx", format="onnx")`,
}

/** By the ending of the name. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/\.(pkl|pickle|joblib|skops|sav|cloudpickle|dill)(\.(gz|z|bz2|xz))?$/i, SKLEARN],
  [/\.(pt|pth|pt2|ckpt|safetensors|torchscript)$/i, TORCH],
  [/\.(keras|h5|hdf5|pb|tflite)$/i, KERAS],
  [/\.(xgb|ubj|bst|model)$/i, XGBOOST],
  [/\.(lgb|lgbm)$/i, LIGHTGBM],
  [/\.cbm$/i, CATBOOST],
]

/** By the first bytes, where the name says nothing: pickles of protocol 2 to 5, HDF5. */
const BEGINNINGS: readonly (readonly [(head: Uint8Array) => boolean, Kind])[] = [
  [([first, second = 0]) => first === 0x80 && second >= 2 && second <= 5, SKLEARN],
  [(head) => head[0] === 0x89 && head[1] === 0x48 && head[2] === 0x44 && head[3] === 0x46, KERAS],
]

/**
 * Why a file is no model that can be imported, with the lines of Python that make it one; `undefined` where it may be one.
 *
 * For whoever takes files of others: a pickle is known by its name or its first bytes and never opened.
 *
 * @param head - The first bytes, at least four.
 * @example wayOutOfFile('model.pkl', bytes)?.hint // 'Convert it to ONNX: …'
 */
export function wayOutOfFile(name: string, head: Uint8Array): RegiaError | undefined {
  const kind = KINDS.find(([ending]) => ending.test(name))?.[1] ?? BEGINNINGS.find(([matches]) => matches(head))?.[1]
  if (!kind) return undefined
  const file = name.split('/').at(-1) ?? name
  return new RegiaError(
    'MODEL_INVALID',
    `"${file}" is ${kind.what}; Regia serves ONNX and runs no code of a model's file.`,
    {
      where: name,
      hint: `Convert it where it was trained, then import model.onnx:\n${kind.lines.replaceAll('MODEL', file)}`,
    },
  )
}
