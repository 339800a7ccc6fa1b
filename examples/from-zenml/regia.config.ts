import { defineConfig } from 'regia'

export default defineConfig({
  name: 'churn',
  environments: {
    local: { description: 'steps in this very process', stack: { home: '.regia-local', executor: 'inProcess' } },
  },
})
