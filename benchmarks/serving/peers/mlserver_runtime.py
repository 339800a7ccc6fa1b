"""The same as a runtime of MLServer, which speaks the Open Inference Protocol."""

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Onnx(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            self.settings.parameters.uri, options, providers=["CPUExecutionProvider"]
        )
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        x = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        labels, probabilities = self.session.run(None, {"X": x})
        return InferenceResponse(
            model_name=self.name,
            outputs=[NumpyCodec.encode_output("labels", labels), NumpyCodec.encode_output("probabilities", probabilities)],
        )
