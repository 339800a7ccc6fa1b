import { defineConfig } from 'vitest/config'

const conditions = ['source', 'module', 'node', 'development|production']

// The processes that tests start need not read the same sources again and again.
process.env.NODE_COMPILE_CACHE ??= new URL('../../node_modules/.cache/node-compile', import.meta.url).pathname

/** Every page in a real browser, against a real server: one file after the other, since each drives a browser of its own. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/serve-site.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
})
