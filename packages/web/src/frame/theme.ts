import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

// Mantine wants ten shades of a primary colour. Ours is ink, and the tokens know what ink is in light and in dark.
const INK: MantineColorsTuple = [
  '#f3f3f1',
  '#e4e4e0',
  '#cfcfca',
  '#9aa4b2',
  '#7d8796',
  '#626a78',
  '#4b5260',
  '#343b46',
  '#232830',
  '#16181d',
]

// What Mantine takes from its own greys (fields, menus, borders) must be of our paper too.
const GRAY: MantineColorsTuple = [
  '#f6f6f4',
  '#f3f3f1',
  '#e4e4e0',
  '#dcdcd8',
  '#cfcfca',
  '#7d8796',
  '#626a78',
  '#4b5260',
  '#343b46',
  '#16181d',
]
const DARK: MantineColorsTuple = [
  '#e9ecf1',
  '#a9b2c0',
  '#8a94a3',
  '#667080',
  '#343b46',
  '#232830',
  '#15181e',
  '#0e1014',
  '#0b0d10',
  '#08090b',
]

const inkVariants: VariantColorsResolver = ({ variant }) => {
  if (variant === 'filled') {
    const background = 'var(--ink)'
    return { background, hover: 'var(--ink-2)', color: 'var(--on-ink)', border: '1px solid transparent' }
  }
  if (variant === 'subtle' || variant === 'transparent') {
    return { background: 'transparent', hover: 'var(--hover)', color: 'var(--ink-2)', border: '1px solid transparent' }
  }
  return {
    background: 'var(--panel)',
    hover: 'var(--hover)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
  }
}

const TOKENS = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--ink)',
  '--mantine-color-error': 'var(--broken)',
  '--mantine-color-disabled': 'var(--sunken)',
  '--mantine-color-disabled-color': 'var(--ink-3)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-primary-color-filled': 'var(--ink)',
  '--mantine-primary-color-filled-hover': 'var(--ink-2)',
  '--mantine-primary-color-contrast': 'var(--on-ink)',
  '--mantine-color-ink-filled': 'var(--ink)',
} as const

/** Every colour that Mantine asks for, answered by a token, in light and dark alike. */
export const tokenVariables: CSSVariablesResolver = () => ({ variables: {}, light: TOKENS, dark: TOKENS })

const CLOSE = { 'aria-label': 'Close' }
const INPUT_STYLES = {
  input: { fontSize: 'var(--text-s)' },
  label: { fontSize: 'var(--text-s)' },
  description: { fontSize: 'var(--text-xs)' },
}

export const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  colors: { ink: INK, gray: GRAY, dark: DARK },
  primaryColor: 'ink',
  variantColorResolver: inkVariants,
  defaultRadius: 'sm',
  radius: { sm: 'var(--radius-s)', md: 'var(--radius)' },
  fontSizes: { xs: 'var(--text-xs)', sm: 'var(--text-s)', md: 'var(--text-m)', lg: 'var(--text-l)' },
  shadows: { md: 'var(--shadow-high)', xl: 'var(--shadow-high)' },
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'compact-sm', variant: 'default', h: 30, px: 11 } },
    ActionIcon: { defaultProps: { variant: 'subtle' } },
    TextInput: { styles: INPUT_STYLES, defaultProps: { size: 'xs' } },
    Select: { styles: INPUT_STYLES, defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    Textarea: { styles: INPUT_STYLES, defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' }, styles: { thumb: { backgroundColor: 'var(--panel)' } } },
    // The mark is the inverse of the ink that fills the box, in dark as in light.
    Checkbox: { defaultProps: { size: 'xs', iconColor: 'var(--paper)' } },
    Menu: { defaultProps: { shadow: 'md' } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: CLOSE,
        radius: 'md',
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    Drawer: { defaultProps: { position: 'right', closeButtonProps: CLOSE, overlayProps: { backgroundOpacity: 0.15 } } },
  },
})
