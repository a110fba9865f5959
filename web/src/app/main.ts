import { PiniaColada } from '@pinia/colada';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import '@/kit/tokens.css';
import { kitWords } from '@/platform/i18n';
import App from './App.vue';
import { router } from './router';

const app = createApp(App);
app.use(createPinia());
app.use(PiniaColada, {});
app.use(router);
void Promise.all([kitWords(), router.isReady()]).then(() => app.mount('#app'));

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  addEventListener('load', () => void navigator.serviceWorker.register('/sw.js'));
}
