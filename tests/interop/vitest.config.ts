import { defineConfig } from 'vitest/config'

const conditions = ['source', 'module', 'node', 'development|production']

// The processes that tests start need not read the same sources again and again.
process.env.NODE_COMPILE_CACHE ??= new URL('../../node_modules/.cache/node-compile', import.meta.url).pathname

/** Foreign programs, for real: Python with the packages that `.ci/python-venv.sh` installs. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['tests/interop/**/*.test.ts'],
    globalSetup: ['tests/interop/python.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
