import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// While developing, pages come from Vite and data from the server named here.
const server = process.env.REGIA_URL ?? 'http://127.0.0.1:4300'
// The server lets only pages of its own origin change anything, so the proxy leaves the names in the request as they are.
const proxied = { target: server, changeOrigin: false }
const proxy = { '/api': proxied, '/health': proxied }

export default defineConfig({
  plugins: [react()],
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
          groups: [{ name: 'schemas', test: /node_modules\/zod\/|packages\/(core|sdk)\/|kernel\/no-eval/ }],
        },
      },
    },
  },
})
