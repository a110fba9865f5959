// Runs before anything is painted, so that the page never flashes in the wrong
// language or size. The same keys are written by src/platform/prefs.ts.
(function () {
  var root = document.documentElement;
  try {
    var lang = localStorage.getItem('tianbo.lang');
    if (!lang) lang = /^zh/i.test(navigator.language || 'zh') ? 'zh-CN' : 'en';
    root.lang = lang;
    if (localStorage.getItem('tianbo.elder') === '1') root.dataset.elder = '';
  } catch (e) {
    // Storage is off: the defaults of the page stand.
  }
})();
