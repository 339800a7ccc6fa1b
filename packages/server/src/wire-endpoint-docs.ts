import type { Row } from '@regia/core'
import type { App } from './http/app.ts'
import { addEndpointDocs } from './protocols/endpoint-docs/index.ts'
import type { InferenceService } from './protocols/open-inference/index.ts'
import type { Serving } from './serving/index.ts'

/** Each endpoint describes itself by the package of the version that it serves. */
export function wireEndpointDocs(app: App, endpoints: Serving['endpoints'], inference: InferenceService): void {
  addEndpointDocs(app, {
    describe: (name) => {
      const { stable, spec } = endpoints.get(name)
      if (!stable) throw inference.notReady(name)
      const { model, version, signature, registered } = stable
      const { probabilities, predictions, rows } = registered.package.example
      return {
        name,
        description: spec.description,
        model,
        version,
        signature,
        example: {
          // Cells by the package's own signature, which the self-test has proved.
          rows: rows as readonly Row[],
          ...(probabilities && { probabilities }),
          ...(predictions && { predictions }),
        },
        tensors: inference.metadata(name, undefined).inputs,
      }
    },
  })
}
