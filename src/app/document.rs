//! The HTML document around the application. Server only.
//!
//! The server's Content-Security-Policy needs, beside `default-src 'self'`:
//! `script-src 'strict-dynamic' 'nonce-…' 'wasm-unsafe-eval'`, `style-src 'self' 'nonce-…'`,
//! `style-src-attr 'unsafe-inline'` (positions in run strips and spacers of long lists are geometry of the data, which
//! no class can say), `img-src 'self' data:` (the arrow of `<select>`), `connect-src 'self'`, `font-src 'self'`.

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use super::App;

/// Sets theme and size before the first paint. `?theme=` and `?scale=` win, for links and screenshots.
const BEFORE_PAINT: &str = "(()=>{const r=document.documentElement,p=new URLSearchParams(location.search);\
let s={};try{s=localStorage}catch{}\
const t=p.get('theme')||s.theme,z=p.get('scale')||s.scale;\
if(t==='dark'||t==='light')r.dataset.theme=t;if(z==='wall')r.dataset.scale=z})()";

/// Renders the document.
///
/// The sprite of icons comes after `<App/>`: hydration starts at the body's first child.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let watched = options.clone();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <script nonce=leptos::nonce::use_nonce()>{BEFORE_PAINT}</script>
                <link
                    rel="preload"
                    href="/fonts/atkinson-hyperlegible-next.woff2"
                    r#as="font"
                    r#type="font/woff2"
                    crossorigin="anonymous"
                />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <HashedStylesheet id="arkdeck" options=options.clone() />
                {cfg!(debug_assertions).then(|| view! { <AutoReload options=watched /> })}
                <HydrationScripts options=options />
                <MetaTags />
            </head>
            <body>
                <App />
                <div inner_html=include_str!("sprite.svg")></div>
            </body>
        </html>
    }
}
