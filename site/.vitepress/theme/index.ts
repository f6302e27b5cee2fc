// The theme of VitePress without the font that it brings: pages use the fonts of the reader's system, and fetch nothing from elsewhere.
import DefaultTheme from 'vitepress/theme-without-fonts';

export default DefaultTheme;
