import { defineConfig } from 'regia'

export default defineConfig({
  name: 'chain',
  environments: { local: { stack: { executor: 'local' } }, inProcess: { stack: { executor: 'inProcess' } } },
})
