import { RegiaError } from '@regia/core'

export const cancelled = (): RegiaError =>
  new RegiaError('RUN_CANCELLED', 'The scoring was cancelled.', {
    hint: 'What is done is kept: the same call goes on from there.',
  })
