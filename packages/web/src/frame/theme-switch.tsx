import { ActionIcon, type MantineColorScheme, useMantineColorScheme } from '@mantine/core'

const NEXT: Readonly<Record<MantineColorScheme, MantineColorScheme>> = { auto: 'light', light: 'dark', dark: 'auto' }
const WORDS: Readonly<Record<MantineColorScheme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' }

/** As the system, light, dark, and round again. */
export function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const label = `Theme: ${WORDS[colorScheme]}. Click for ${WORDS[NEXT[colorScheme]]}`
  return (
    <ActionIcon size={30} aria-label={label} title={label} onClick={() => setColorScheme(NEXT[colorScheme])}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle
          cx="8"
          cy="8"
          r="6"
          fill={colorScheme === 'dark' ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.4"
        />
        {colorScheme === 'auto' && <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />}
      </svg>
    </ActionIcon>
  )
}
