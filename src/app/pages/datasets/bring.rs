//! A text with items: pasted, or read from a file.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::app::components::TextArea;

/// The text field, with the button that reads a file into it.
#[component]
pub fn ItemsText(
    /// The text.
    text: RwSignal<String>,
    /// Why a file was not taken.
    refused: RwSignal<Option<String>>,
    /// Id of the button's field, unique in the page.
    id: &'static str,
) -> impl IntoView {
    view! {
        <div class="stack stack-2">
            <TextArea
                label="Items"
                name=format!("{id}.text")
                value=text
                rows=12
                mono=true
                hint="YAML, JSON, JSONL or CSV. Each item has an input; expectedOutput, name, id and tags if you like."
                placeholder="- input: Where is order A-10448?\n  expectedOutput: On its way, it arrives on Friday.\n  tags: [orders]"
            />
            <div class="row wrap">
                <label class="btn sm" for=format!("{id}-file")>
                    "Read a file"
                </label>
                <input
                    class="vh"
                    type="file"
                    id=format!("{id}-file")
                    accept=".yaml,.yml,.json,.jsonl,.ndjson,.csv,text/*"
                    on:change=move |event| chosen(&event, text, refused)
                />
                <span class="xs t2" role="status">
                    {move || refused.get()}
                </span>
            </div>
        </div>
    }
}

/// Reads the file that was chosen into the text.
fn chosen(event: &Event, text: RwSignal<String>, refused: RwSignal<Option<String>>) {
    #[cfg(feature = "hydrate")]
    {
        let input: web_sys::HtmlInputElement = event_target(event);
        let file = input.files().and_then(|files| files.get(0));
        // The same file may be chosen again after it was changed.
        input.set_value("");
        let Some(file) = file else { return };
        refused.set(None);
        leptos::task::spawn_local(async move {
            match browser::read(&file).await {
                Ok(read) => drop(text.try_set(read)),
                Err(why) => drop(refused.try_set(Some(why))),
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (event, text, refused);
}

/// Hands a text to the person as a file.
pub fn save_file(name: &str, text: &str) {
    #[cfg(feature = "hydrate")]
    browser::save(name, text);
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, text);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    /// Bytes of a file that is read at the most: what the server takes.
    const MAX_TEXT: f64 = 16.0 * 1024.0 * 1024.0;

    /// A file as text.
    pub async fn read(file: &web_sys::File) -> Result<String, String> {
        let name = file.name();
        if file.size() > MAX_TEXT {
            return Err(format!("{name} is larger than 16 MB."));
        }
        text(file).await.map_err(|_| format!("{name} could not be read."))
    }

    async fn text(file: &web_sys::File) -> Result<String, JsValue> {
        let reader = web_sys::FileReader::new()?;
        let done = js_sys::Promise::new(&mut |resolve, reject| {
            reader.set_onload(Some(&resolve));
            reader.set_onerror(Some(&reject));
        });
        reader.read_as_text(file)?;
        JsFuture::from(done).await?;
        reader.result()?.as_string().ok_or(JsValue::NULL)
    }

    /// A link to the text, pressed once.
    pub fn save(name: &str, text: &str) {
        let _ = press(name, text);
    }

    fn press(name: &str, text: &str) -> Result<(), JsValue> {
        let parts = js_sys::Array::of1(&JsValue::from_str(text));
        let options = web_sys::BlobPropertyBag::new();
        options.set_type("application/x-ndjson");
        let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
        let address = web_sys::Url::create_object_url_with_blob(&blob)?;
        let link: web_sys::HtmlElement = document().create_element("a")?.dyn_into()?;
        link.set_attribute("href", &address)?;
        link.set_attribute("download", name)?;
        // The router follows links in the document only; this one is pressed outside of it.
        link.click();
        web_sys::Url::revoke_object_url(&address)
    }
}
