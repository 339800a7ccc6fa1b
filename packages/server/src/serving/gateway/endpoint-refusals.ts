import { RegiaError, type ServedEndpointSpec } from '@regia/core'

export const notReady = ({ name, stable }: ServedEndpointSpec): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', `Endpoint "${name}" has no version loaded yet.`, {
    where: name,
    hint: `It follows ${stable}. Register a version, or see "regia endpoints show ${name}" for why it did not load.`,
    data: { retryAfterSeconds: 5 },
  })

export const outOfService = ({ name }: ServedEndpointSpec): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', `Endpoint "${name}" is out of service.`, {
    where: name,
    hint: `It was unloaded. Put it back with POST /v2/repository/models/${name}/load.`,
  })

export const nestedTooDeep = (cause: RangeError): RegiaError =>
  new RegiaError('INVALID_INPUT', 'A value of the request is nested too deeply to be read.', {
    cause,
    where: 'body.rows',
    hint: 'A cell is a number, a text, true, false or null.',
  })
