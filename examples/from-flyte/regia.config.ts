import { defineConfig } from 'regia'

export default defineConfig({ name: 'house-prices' })
