import { defineConfig } from 'vitest/config'

const conditions = ['source', 'module', 'node', 'development|production']

// Bundles of users' code that run in the test's own process lie outside of the checkout; Vite, not Node's hooks, resolves what they import.
const alias = [{ find: /^regia$/, replacement: new URL('packages/regia/src/index.ts', import.meta.url).pathname }]

// Tests start hundreds of processes; each would read and strip the types of the same sources again.
process.env.NODE_COMPILE_CACHE ??= new URL('node_modules/.cache/node-compile', import.meta.url).pathname

export default defineConfig({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'tests/e2e/**', 'tests/interop/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 3,
  },
})
