import { defineConfig } from 'regia'

export default defineConfig({
  name: '%PROJECT%',
  environments: {
    dev: { description: 'steps in this very process', stack: { home: '.regia-dev', executor: 'inProcess' } },
    prod: { stack: { home: '.regia-prod' } },
  },
})
