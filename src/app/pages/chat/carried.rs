//! What a conversation goes on with when its first message gives it an address: its page is another one from then on.

use leptos::prelude::*;

use crate::views::forms::ParameterForm;

/// The parameters of the first message, for the page of its conversation.
#[derive(Clone, Copy)]
pub struct Carried(StoredValue<Option<(String, Vec<ParameterForm>)>>);

impl Carried {
    /// Leaves them for a conversation, in the place of what was left before.
    pub fn leave(self, conversation: &str, parameters: Vec<ParameterForm>) {
        self.0.set_value(Some((conversation.to_owned(), parameters)));
    }

    /// Takes what was left for a conversation; what was left for another is forgotten.
    pub fn take(self, conversation: Option<&str>) -> Vec<ParameterForm> {
        let left = self.0.try_update_value(Option::take).flatten();
        left.filter(|(id, _)| conversation == Some(id.as_str()))
            .map(|(_, parameters)| parameters)
            .unwrap_or_default()
    }
}

/// Creates it for the application, above the pages.
pub fn provide_carried() -> Carried {
    let carried = Carried(StoredValue::new(None));
    provide_context(carried);
    carried
}

/// That of the application.
pub fn use_carried() -> Carried {
    use_context::<Carried>().unwrap_or_else(provide_carried)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_taken_once_and_by_its_own_conversation() {
        let owner = Owner::new();
        owner.set();
        let carried = provide_carried();
        let parameters = vec![ParameterForm { name: "ship".into(), ..ParameterForm::default() }];
        carried.leave("a", parameters.clone());
        assert_eq!(carried.take(Some("a")), parameters);
        assert_eq!(carried.take(Some("a")), []);
        carried.leave("a", parameters);
        assert_eq!(carried.take(None), []);
        assert_eq!(carried.take(Some("a")), [], "another page was opened meanwhile");
    }
}
