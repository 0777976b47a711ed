//! Images of a message: chosen or pasted, checked, and made smaller where they are too large to be sent.

use leptos::prelude::*;

use crate::views::conversation::{MAX_IMAGE_BYTES, MAX_IMAGES};

/// An image that goes with the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Number within the page.
    pub id: u32,
    /// Name of its file.
    pub name: String,
    /// The image as a `data:` address.
    pub url: String,
}

/// The images of the message that is written.
#[derive(Clone, Copy)]
pub struct Images {
    /// In the order in which they were added.
    pub list: RwSignal<Vec<Picture>>,
    /// Why the last one was not taken.
    pub problem: RwSignal<Option<String>>,
    next: StoredValue<u32>,
}

impl Images {
    /// None yet.
    pub fn none() -> Self {
        Self { list: RwSignal::new(Vec::new()), problem: RwSignal::new(None), next: StoredValue::new(0) }
    }

    /// Their addresses.
    pub fn urls(self) -> Vec<String> {
        self.list.with_untracked(|list| list.iter().map(|picture| picture.url.clone()).collect())
    }

    /// Takes all away.
    pub fn clear(self) {
        let _ = self.list.try_set(Vec::new());
        let _ = self.problem.try_set(None);
    }

    /// Takes one away.
    pub fn remove(self, id: u32) {
        self.list.update(|list| list.retain(|picture| picture.id != id));
        self.problem.set(None);
    }

    /// Adds one, if there is room for it.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))] // Only a browser has files.
    fn add(self, name: String, url: String) {
        let refused = self.list.with_untracked(|list| refusal(list, url.len()));
        if refused.is_some() {
            self.problem.set(refused);
            return;
        }
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        self.list.update(|list| list.push(Picture { id: id.unwrap_or_default(), name, url }));
    }
}

/// Why an image of this many bytes has no room.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))] // Only a browser has files.
fn refusal(list: &[Picture], bytes: usize) -> Option<String> {
    if list.len() >= MAX_IMAGES {
        return Some(format!("A message may have {MAX_IMAGES} images."));
    }
    let all: usize = list.iter().map(|picture| picture.url.len()).sum();
    (all + bytes > MAX_IMAGE_BYTES)
        .then(|| format!("The images of a message may have {} kB together.", MAX_IMAGE_BYTES >> 10))
}

/// Takes the files that were chosen.
pub fn chosen(images: Images, event: &leptos::ev::Event) {
    #[cfg(feature = "hydrate")]
    browser::chosen(images, event);
    #[cfg(not(feature = "hydrate"))]
    let _ = (images, event);
}

/// Takes images that were pasted; pasted text is left alone.
pub fn pasted(images: Images, event: &leptos::ev::ClipboardEvent) {
    #[cfg(feature = "hydrate")]
    browser::pasted(images, event);
    #[cfg(not(feature = "hydrate"))]
    let _ = (images, event);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        CanvasRenderingContext2d, File, FileList, HtmlCanvasElement, HtmlImageElement, HtmlInputElement,
    };

    use super::Images;
    use crate::views::conversation::{IMAGE_TYPES, MAX_IMAGE_BYTES, MAX_IMAGES};

    /// Longest side of an image that is made smaller: more than models look at.
    const SIDE: f64 = 1_280.0;
    /// Bytes up to which an image is sent as it is: several of them fit.
    const KEEP: usize = MAX_IMAGE_BYTES / MAX_IMAGES;
    /// Bytes of a file that is read at all.
    const MAX_FILE: f64 = 32.0 * 1024.0 * 1024.0;

    pub fn chosen(images: Images, event: &leptos::ev::Event) {
        let input: HtmlInputElement = event_target(event);
        take(images, input.files());
        // The same file may be chosen again after it was removed.
        input.set_value("");
    }

    pub fn pasted(images: Images, event: &leptos::ev::ClipboardEvent) {
        let files = event.clipboard_data().and_then(|data| data.files());
        if files.as_ref().is_some_and(|files| files.length() > 0) {
            event.prevent_default();
            take(images, files);
        }
    }

    fn take(images: Images, files: Option<FileList>) {
        let Some(files) = files else { return };
        images.problem.set(None);
        for file in (0..files.length()).filter_map(|at| files.get(at)) {
            leptos::task::spawn_local(async move {
                let name = file.name();
                match read(&file).await {
                    Ok(url) => images.add(name, url),
                    Err(why) => drop(images.problem.try_set(Some(why))),
                }
            });
        }
    }

    async fn read(file: &File) -> Result<String, String> {
        let name = file.name();
        if !IMAGE_TYPES.contains(&file.type_().as_str()) {
            return Err(format!("{name} is no PNG, JPEG, GIF or WebP image."));
        }
        if file.size() > MAX_FILE {
            return Err(format!("{name} is larger than 32 MB."));
        }
        let unreadable = |_: JsValue| format!("{name} could not be read.");
        let url = data_url(file).await.map_err(unreadable)?;
        if url.len() <= KEEP {
            return Ok(url);
        }
        smaller(&url).await.map_err(unreadable)
    }

    /// A file as a `data:` address.
    async fn data_url(file: &File) -> Result<String, JsValue> {
        let reader = web_sys::FileReader::new()?;
        let done = js_sys::Promise::new(&mut |resolve, reject| {
            reader.set_onload(Some(&resolve));
            reader.set_onerror(Some(&reject));
        });
        reader.read_as_data_url(file)?;
        JsFuture::from(done).await?;
        reader.result()?.as_string().ok_or(JsValue::NULL)
    }

    /// The image with its longest side at [`SIDE`] at the most, as JPEG.
    async fn smaller(url: &str) -> Result<String, JsValue> {
        let image = HtmlImageElement::new()?;
        image.set_src(url);
        JsFuture::from(image.decode()).await?;
        let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
        let scale = (SIDE / width.max(height)).min(1.0);
        let (width, height) = (width * scale, height * scale);
        let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and SIDE")]
        {
            canvas.set_width(width.round() as u32);
            canvas.set_height(height.round() as u32);
        }
        let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
        let context: CanvasRenderingContext2d = context.dyn_into()?;
        // What is transparent would be black in a JPEG.
        context.set_fill_style_str("#fff");
        context.fill_rect(0.0, 0.0, width, height);
        context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
        canvas.to_data_url_with_type_and_encoder_options("image/jpeg", &JsValue::from_f64(0.82))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_images_and_bytes() {
        let picture = |bytes: usize| Picture { id: 0, name: "a.png".into(), url: "x".repeat(bytes) };
        assert_eq!(refusal(&[], 1_000), None);
        assert!(refusal(&vec![picture(1); MAX_IMAGES], 1).unwrap().contains("4 images"));
        assert!(refusal(&[picture(MAX_IMAGE_BYTES)], 1).unwrap().contains("512 kB"));
    }
}
