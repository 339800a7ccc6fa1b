import { defineConfig } from 'regia'

export default defineConfig({
  name: 'spaceflights',
  environments: {
    dev: { description: 'small files, in this very process', stack: { home: '.regia-dev', executor: 'inProcess' } },
    prod: { description: 'the whole fleet', stack: { home: '.regia-prod' } },
  },
})
