import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// While developing, pages come from Vite and data from the server named here.
const server = process.env.REGIA_URL ?? 'http://127.0.0.1:4300'

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  server: { proxy: { '/api': server, '/health': server } },
  preview: { proxy: { '/api': server, '/health': server } },
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
