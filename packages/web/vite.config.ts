import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

// While developing, pages come from Vite and data from the server named here.
const server = process.env.REGIA_URL ?? 'http://127.0.0.1:4300'
// The server lets only pages of its own origin change anything, so the proxy leaves the names in the request as they are.
const proxied = { target: server, changeOrigin: false }
const proxy = { '/api': proxied, '/health': proxied }

/**
 * zod carries a writer of JSON Schema into every page, and no page asks for it: without it the first load is 6 kB smaller, of 300.
 * The same names are there, and whoever calls one hears of it; what only makes such a writer for later still does.
 */
const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  enforce: 'pre',
  transform: {
    filter: { id: /zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/ },
    handler: (code) => {
      const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map((match) => match[1])
      const renamed = [...code.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map((match) => match[1])
      const refuse = "const refuse = () => { throw new Error('unreachable: no page writes JSON Schema') }"
      return [
        refuse,
        ...names.map((name) => `export const ${name} = ${name?.startsWith('create') ? '() => refuse' : 'refuse'}`),
        ...renamed.map((name) => `export { refuse as ${name} }`),
      ].join('\n')
    },
  },
}

export default defineConfig({
  plugins: [react(), withoutJsonSchema],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  server: { proxy },
  preview: { proxy },
  build: {
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // zod is told not to make code from text before the first schema is made: in one chunk that order is kept.
          // What single pages speak of, and what they compute, does not come with the first page; it is made after the rest, since it asks for zod.
          groups: [
            {
              name: 'schemas',
              test: /node_modules\/zod\/|packages\/(core\/src\/kernel\/|sdk\/)|kernel\/no-eval/,
            },
          ],
        },
      },
    },
  },
})
