import globals from 'globals';
import vue from 'eslint-plugin-vue';
import accessibility from 'eslint-plugin-vuejs-accessibility';
import tseslint from 'typescript-eslint';

// Formatting is left to the author: only rules that find mistakes are on.
export default [
  { ignores: ['dist/', 'src/platform/api/schema.d.ts'] },
  ...vue.configs['flat/essential'],
  ...accessibility.configs['flat/recommended'],
  { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
  {
    languageOptions: { parserOptions: { parser: tseslint.parser }, globals: { ...globals.browser, ...globals.node } },
    rules: {
      'vue/multi-word-component-names': 'off', // kit parts are single words: Button, Sheet
      'vue/no-v-html': 'error', // text from people is never markup
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      'vuejs-accessibility/media-has-caption': 'off', // live rooms have no captions to offer
      'no-restricted-syntax': ['error', { selector: "CallExpression[callee.name='setInterval'][arguments.length<2]", message: 'an interval needs a length' }],
    },
  },
];
