import { type ImportModel, RegiaError } from '@regia/core'

/** Whether something else than a file is named. */
export const isAddress = (text: string): boolean => /^https?:\/\//i.test(text)

/**
 * `http://triton:8000/v2/models/late` or `…/versions/3` as a server and its model.
 *
 * @throws RegiaError `INVALID_INPUT`.
 */
export function upstreamOf(address: string): NonNullable<ImportModel['upstream']> {
  const [, url, model, modelVersion] =
    /^(https?:\/\/[^?#]+?)\/v2\/models\/([^/?#]+)(?:\/versions\/([^/?#]+))?\/?$/i.exec(address) ?? []
  if (url === undefined || model === undefined) throw noModel(address)
  return {
    url,
    model: decodeURIComponent(model),
    ...(modelVersion !== undefined && { modelVersion: decodeURIComponent(modelVersion) }),
  }
}

const noModel = (address: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `"${address.slice(0, 200)}" names no model of a server.`, {
    where: 'file',
    hint: 'Name it as the Open Inference Protocol does: http://HOST:PORT/v2/models/MODEL, perhaps with /versions/VERSION.',
  })
