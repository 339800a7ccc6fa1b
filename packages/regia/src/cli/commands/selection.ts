/** What `run` and `plan` are asked alike. */
export const selection = {
  param: {
    type: 'list',
    value: 'NAME=VALUE',
    description: 'a parameter of the pipeline; the value is JSON or text; may be given several times',
  },
  from: {
    type: 'list',
    value: 'STEP',
    description: 'only this step and what depends on it; may be given several times',
  },
  to: { type: 'list', value: 'STEP', description: 'only this step and what it needs; may be given several times' },
  only: { type: 'list', value: 'STEP', description: 'only this step; may be given several times' },
  tags: { type: 'list', value: 'TAG', description: 'only steps with this tag; may be given several times' },
  noCache: { type: 'flag', description: 'run every step, whatever is in the cache' },
  refresh: {
    type: 'list',
    value: 'STEP',
    description: 'run this step although the cache has it; may be given several times',
  },
  version: {
    type: 'integer',
    value: 'N',
    description: 'a version that was deployed before, instead of the files here',
  },
  channel: {
    type: 'text',
    value: 'NAME',
    description: 'the version that a channel points to, instead of the files here',
  },
} as const
