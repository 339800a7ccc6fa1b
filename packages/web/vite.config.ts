import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// While developing, pages come from Vite and data from the server named here.
const server = process.env.REGIA_URL ?? 'http://127.0.0.1:4300'

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  server: { proxy: { '/api': server, '/health': server } },
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 700 },
})
