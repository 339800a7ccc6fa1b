import { defineConfig } from 'regia'

export default defineConfig({ name: '%PROJECT%' })
