"""Draws the demo's products and scene as SVG. Run by hand after a change; the
rendered pictures are committed beside it (see README.md)."""
import pathlib, sys

OUT = pathlib.Path(sys.argv[1])

def page(bg, body, w=800, h=800):
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"><defs><radialGradient id="b" cx=".5" cy=".35" r=".9"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="{bg}"/></radialGradient></defs><rect width="{w}" height="{h}" fill="url(#b)"/><ellipse cx="400" cy="690" rx="310" ry="46" fill="#0002"/>{body}</svg>'

def apple(x, y, r, c, d):
    return f'<g transform="translate({x} {y}) scale({r/100})"><path d="M0-78C28-110 96-96 100-24 104 44 52 104 22 96 8 92-8 92-22 96-52 104-104 44-100-24-96-96-28-110 0-78Z" fill="{c}"/><path d="M-62-46c-22 22-22 60-6 84" stroke="#fff8" stroke-width="14" fill="none" stroke-linecap="round"/><path d="M0-76C2-104 10-120 26-130" stroke="#5b3a1e" stroke-width="10" fill="none" stroke-linecap="round"/><path d="M8-104C40-140 84-132 92-112 62-92 34-92 8-104Z" fill="{d}"/></g>'

def pear(x, y, s):
    return f'<g transform="translate({x} {y}) scale({s})"><path d="M0-130C38-130 46-80 58-42 76 6 100 34 92 84 84 130 40 146 0 146-40 146-84 130-92 84-100 34-76 6-58-42-46-80-38-130 0-130Z" fill="#e3c94f"/><path d="M-50 20c-16 26-18 58-4 84" stroke="#fff8" stroke-width="13" fill="none" stroke-linecap="round"/><path d="M0-130c0-24 6-36 18-50" stroke="#5b3a1e" stroke-width="10" fill="none" stroke-linecap="round"/></g>'

def blob(x, y, rx, ry, c, rot=0, dots=''):
    return f'<g transform="translate({x} {y}) rotate({rot})"><ellipse rx="{rx}" ry="{ry}" fill="{c}"/><path d="M{-rx*.6} {-ry*.3}q{rx*.4} {-ry*.5} {rx*.9} {-ry*.3}" stroke="#fff6" stroke-width="12" fill="none" stroke-linecap="round"/>{dots}</g>'

def corn(x, y, rot):
    ks = ''.join(f'<ellipse cx="{-42+c*28}" cy="{-150+r*30}" rx="13" ry="14" fill="{"#f3c031" if (r+c)%3 else "#f7d566"}"/>' for r in range(10) for c in range(4))
    return f'<g transform="translate({x} {y}) rotate({rot})"><path d="M-60 150C-70-60-40-190 0-200 40-190 70-60 60 150Z" fill="#e5ab1e"/>{ks}<path d="M-70 170C-110 40-96-20-84-60-40 10-20 90 0 176Z" fill="#7fa544"/><path d="M70 170C110 40 96-20 84-60 40 10 20 90 0 176Z" fill="#6b9436"/></g>'

art = {
 'apple': page('#f6dccb', apple(280,420,150,'#c8372d','#5d8a3a')+apple(540,410,150,'#d34a32','#6b9436')+apple(410,560,160,'#b92b28','#5d8a3a')),
 'pear': page('#eef0cf', pear(270,430,1.25)+pear(540,440,1.2)+pear(405,540,1.15)),
 'potato': page('#ecdfc8', blob(290,500,170,120,'#c79a5b',-14)+blob(540,520,160,110,'#b98a4c',12)+blob(410,610,180,110,'#d0a567',4)+''.join(f'<circle cx="{x}" cy="{y}" r="7" fill="#8a6331"/>' for x,y in [(240,480),(330,520),(520,500),(590,540),(380,610),(470,630),(420,570)])),
 'corn': page('#f8efc6', corn(280,440,-16)+corn(420,430,0)+corn(560,450,15)),
 'honey': page('#f9e7b8', '<rect x="230" y="230" width="340" height="430" rx="56" fill="#e49a1c"/><rect x="230" y="230" width="340" height="430" rx="56" fill="none" stroke="#fff8" stroke-width="14"/><rect x="210" y="170" width="380" height="90" rx="22" fill="#b4532a"/><rect x="270" y="380" width="260" height="170" rx="16" fill="#fff6e0"/><path d="M400 400l52 30v60l-52 30-52-30v-60z" fill="#e8b23a"/><path d="M360 300q-40 60-20 90" stroke="#fff9" stroke-width="14" fill="none" stroke-linecap="round"/>'),
 'egg': page('#e7ebe4', ''.join(f'<ellipse cx="{x}" cy="{y}" rx="80" ry="104" fill="{c}"/><path d="M{x-34} {y-44}q16-34 46-40" stroke="#fff9" stroke-width="10" fill="none" stroke-linecap="round"/>' for x,y,c in [(260,430,'#e9c6a0'),(430,420,'#f0d7b8'),(590,440,'#dfb58a'),(340,560,'#f2dcc0'),(510,570,'#e5c095')])+'<path d="M140 560q260 190 520 0l-44 110q-216 66-432 0z" fill="#b98a4c"/><path d="M150 590q250 170 500 0" stroke="#8a6331" stroke-width="10" fill="none"/>'),
 'tea': page('#dbe9d6', '<path d="M210 360h380l-36 270q-154 70-308 0z" fill="#fffdf6"/><path d="M210 360h380l-8 60H218z" fill="#a9b665"/><path d="M590 400q110 10 90 100-20 80-120 70" stroke="#fffdf6" stroke-width="34" fill="none"/><path d="M330 300q-30-50 10-100M410 290q-30-60 10-120M490 300q-30-50 10-100" stroke="#fff" stroke-width="14" fill="none" stroke-linecap="round"/><path d="M300 420q60-80 150-40-40 90-150 40z" fill="#4d7a35"/>'),
 'mushroom': page('#e9e0d6', ''.join(f'<g transform="translate({x} {y}) scale({s})"><path d="M-40 0q-10 90-26 130h132q-16-40-26-130z" fill="#f1e6d3"/><path d="M-120 6C-120-90-50-130 0-130S120-90 120 6C70 30-70 30-120 6Z" fill="#8b5a36"/><path d="M-70-50q20-40 60-48" stroke="#fff6" stroke-width="12" fill="none" stroke-linecap="round"/></g>' for x,y,s in [(270,460,1.2),(540,450,1.1),(410,540,1.3)])),
 'pepper': page('#f9dcd2', ''.join(f'<g transform="translate({x} {y}) rotate({r})"><path d="M-30-140C30-150 60-100 50-30 40 60 10 150-30 190-24 110-60 60-66-20-70-90-60-130-30-140Z" fill="{c}"/><path d="M-14-140q0-40 26-58" stroke="#4d7a35" stroke-width="18" fill="none" stroke-linecap="round"/></g>' for x,y,r,c in [(260,450,18,'#c8261e'),(400,440,-4,'#d83a26'),(540,450,-20,'#b51f1c'),(470,520,10,'#e04b2c')])),
 'garlic': page('#efe6ee', ''.join(f'<g transform="translate({x} {y}) scale({s})"><path d="M0-150C10-90 100-60 110 30 116 100 50 120 0 120S-116 100-110 30C-100-60-10-90 0-150Z" fill="#fbf5f2"/><path d="M0-120C-10-60-40-10-34 112M0-120C10-60 40-10 34 112" stroke="#c9a6bf" stroke-width="8" fill="none"/></g>' for x,y,s in [(280,480,1.15),(540,490,1.1),(410,560,1.25)])),
 'rice': page('#f3ecd8', '<path d="M240 250q160-50 320 0l50 380q-210 80-420 0z" fill="#e9d9b2"/><path d="M250 260q150-40 300 0l-30-70q-120-30-240 0z" fill="#b4532a"/><circle cx="400" cy="450" r="96" fill="#fffaf0"/><path d="M400 380v140M400 400q-40 0-44 34 40 4 44-34M400 400q40 0 44 34-40 4-44-34M400 450q-40 0-44 34 40 4 44-34M400 450q40 0 44 34-40 4-44-34" stroke="#a8842f" stroke-width="8" fill="#d9b24a"/>'),
 'walnut': page('#eadfce', ''.join(f'<g transform="translate({x} {y})"><circle r="112" fill="#b0824c"/><path d="M0-112q-26 112 0 224M-60-70q30 40 0 140M60-70q-30 40 0 140M-100-10q40 20 60 0M100-10q-40 20-60 0" stroke="#7f5a2e" stroke-width="10" fill="none" stroke-linecap="round"/></g>' for x,y in [(280,460),(530,450),(410,570)])),
}
for name, svg in art.items():
    (OUT / f'{name}.svg').write_text(svg)

# The scene of the film: a terrace orchard at 540x960.
trees = ''.join(f'<g transform="translate({x} {y}) scale({s})"><rect x="-9" y="0" width="18" height="70" fill="#6d4a2a"/><circle r="62" cy="-30" fill="#4d7a35"/><circle r="44" cx="-40" cy="0" fill="#5d8a3a"/><circle r="44" cx="42" cy="-4" fill="#44702e"/>'+''.join(f'<circle cx="{a}" cy="{b}" r="9" fill="#c8372d"/>' for a,b in [(-30,-40),(10,-60),(34,-20),(-44,6),(2,-10),(46,10)])+'</g>' for x,y,s in [(70,470,.8),(190,440,.7),(330,450,.75),(470,465,.85)])
scene = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 540 960" width="540" height="960"><defs><linearGradient id="s" x2="0" y2="1"><stop offset="0" stop-color="#8fc3e8"/><stop offset="1" stop-color="#f8ecd2"/></linearGradient></defs><rect width="540" height="960" fill="url(#s)"/><circle cx="430" cy="150" r="54" fill="#fbe29a"/><path d="M0 420q120-160 260-60 120-140 280 20v200H0z" fill="#9bbf86"/><path d="M0 480q140-60 280-20 140-50 260 10v160H0z" fill="#7fae63"/>{trees}<path d="M0 560h540v400H0z" fill="#b98a4c"/><path d="M0 560q270-36 540 0v40H0z" fill="#8fae4e"/><rect x="30" y="700" width="480" height="34" rx="8" fill="#7a4f29"/><rect x="50" y="734" width="26" height="226" fill="#6a4222"/><rect x="464" y="734" width="26" height="226" fill="#6a4222"/><g transform="translate(270 560)"><path d="M-86 150q-10-120 86-124 96 4 86 124z" fill="#2f6db0"/><circle cy="-36" r="62" fill="#e8b98d"/><path d="M-104-62q104-84 208 0-104 22-208 0z" fill="#d9b25c"/><path d="M-60-74q60-60 120 0z" fill="#c79a42"/><circle cx="-22" cy="-32" r="6" fill="#3a2a1c"/><circle cx="22" cy="-32" r="6" fill="#3a2a1c"/><path d="M-24-8q24 24 48 0" stroke="#8a3b25" stroke-width="6" fill="none" stroke-linecap="round"/></g></svg>'
(OUT / 'scene.svg').write_text(scene)
(OUT / 'basket.svg').write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 170" width="220" height="170">'+apple(60,70,44,'#c8372d','#5d8a3a')+apple(120,58,46,'#d34a32','#6b9436')+apple(168,74,40,'#b92b28','#5d8a3a')+'<path d="M10 84h200l-26 80q-74 16-148 0z" fill="#c79a5b"/><path d="M10 84h200v18H10z" fill="#a87b40"/><path d="M40 104v56M80 104v64M120 104v64M160 104v58" stroke="#8a6331" stroke-width="6"/></svg>')
