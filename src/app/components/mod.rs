//! The component set. Pages are made of these and of plain elements with the classes of `style/`.
//!
//! Class names and markup are those of the prototype (`components.html`), so that a page written from the
//! prototype needs no translation. Every component is shown in each of its states at `/components` (debug builds).
//!
//! - *Marks*: [`Icon`], [`StatusMark`], [`StatusBadge`], [`Avatar`], [`Who`], [`ObjectLink`], [`Tags`],
//!   [`Score`], [`Spark`], [`BarList`],
//!   [`GroupBars`], [`Behind`].
//! - *Acts*: [`Button`], [`LinkButton`], [`IconButton`], [`CopyButton`], [`Menu`], [`MenuItem`].
//! - *Fields*: [`Field`], [`TextField`], [`TextArea`], [`SelectField`], [`ComboField`], [`Switch`], [`SearchBox`],
//!   [`Chip`], [`ErrorLine`].
//! - *Content*: [`Tabs`], [`Panel`], [`EmptyState`], [`ProblemPanel`], [`Skeleton`], [`Banner`], [`Code`], [`Diff`],
//!   [`Ago`], [`Elapsed`], [`Pill`], [`Sheet`].
//! - *Over the page*: [`Dialog`], [`Toasts`](crate::app::toasts) with undo.

mod avatar;
mod banner;
mod bar_list;
mod behind;
mod button;
mod chip;
mod code;
mod combo;
mod copy;
mod dialog;
mod empty;
mod error_line;
mod field;
mod group_bars;
mod icon;
mod menu;
mod panel;
mod problem;
mod score;
mod sheet;
mod skeleton;
mod status;
mod syntax;
mod tabs;
mod time;

pub use avatar::{Avatar, ObjectLink, Tags, Who, agent_class, initials};
pub use banner::{Banner, Pill, Tone};
pub use bar_list::{BarLine, BarList, BarTone};
pub use behind::Behind;
pub use button::{Button, ButtonKind, IconButton, LinkButton};
pub use chip::{Chip, SearchBox, Switch};
pub use code::{Code, Diff};
pub use combo::ComboField;
pub use copy::{CopyButton, copy_text};
pub use dialog::{Dialog, follow as follow_dialog};
pub use empty::EmptyState;
pub use error_line::{ErrorLine, error_line};
pub use field::{Field, Problems, SelectField, TextArea, TextField, id_of, left_for_button};
pub use group_bars::GroupBars;
pub use icon::{Icon, kind_icon};
pub use menu::{Menu, MenuItem, close_on_leave};
pub use panel::Panel;
pub use problem::{ProblemPanel, problem_title};
pub use score::{Score, Spark};
pub use sheet::Sheet;
pub use skeleton::{Skeleton, TableSkeleton};
pub use status::{StatusBadge, StatusMark, state_class, state_icon};
pub use syntax::yaml_view;
pub use tabs::{Tab, Tabs};
pub use time::{Ago, Elapsed};
